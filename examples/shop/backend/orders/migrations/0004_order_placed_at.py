from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0003_larger_quantities"),
    ]

    operations = [
        migrations.AlterField(
            model_name="order",
            name="placed",
            field=models.DateTimeField(auto_now_add=True, db_column="placed"),
        ),
        migrations.RenameField(
            model_name="order",
            old_name="placed",
            new_name="placed_at",
        ),
        migrations.AlterModelOptions(
            name="order",
            options={"ordering": ["-placed_at"]},
        ),
    ]
