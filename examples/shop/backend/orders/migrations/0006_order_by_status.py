from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0005_coupon_last_day"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["status", "placed_at"], name="orders_order_by_status_idx"),
        ),
    ]
