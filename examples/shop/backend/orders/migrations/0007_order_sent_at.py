from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_order_by_status"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="sent_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
