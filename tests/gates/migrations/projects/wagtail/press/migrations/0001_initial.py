from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = (("wagtailcore", "0001_initial"),)
    operations = (
        migrations.CreateModel(
            "Release",
            [
                (
                    "id",
                    models.BigAutoField(
                        primary_key=True, serialize=False, auto_created=True, verbose_name="ID"
                    ),
                ),
                ("page", models.ForeignKey(on_delete=models.CASCADE, to="wagtailcore.page")),
                ("number", models.IntegerField()),
                ("title", models.CharField(max_length=80)),
            ],
        ),
    )
