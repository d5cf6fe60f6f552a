import datetime

from django.db import migrations, models


def list_all(apps, schema_editor):
    apps.get_model("catalog", "Product").objects.update(listed=datetime.date(2025, 4, 1))


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_product_available"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="listed",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.RunPython(list_all, migrations.RunPython.noop),
    ]
