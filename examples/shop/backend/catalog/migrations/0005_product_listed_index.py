from django.db import migrations, models

from shop.operations import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("catalog", "0004_product_listed"),
    ]

    operations = [
        AddIndexOnline(
            model_name="product",
            index=models.Index(fields=["listed"], name="catalog_product_listed_idx"),
        ),
    ]
