from django.db import migrations, models

BATCH = 5000


def fill(apps, schema_editor):
    orders = apps.get_model("orders", "Order").objects.filter(status="sent", sent_at=None)
    while ids := list(orders.values_list("pk", flat=True)[:BATCH]):
        orders.filter(pk__in=ids).update(sent_at=models.F("placed_at"))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("orders", "0007_order_sent_at"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
