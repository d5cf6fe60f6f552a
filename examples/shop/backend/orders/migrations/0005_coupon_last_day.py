from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0004_order_placed_at"),
    ]

    operations = [
        migrations.RenameField(
            model_name="coupon",
            old_name="ends",
            new_name="last_day",
        ),
    ]
