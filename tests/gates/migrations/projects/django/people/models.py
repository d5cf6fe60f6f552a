"""Who they are."""

from django.db import models


class Person(models.Model):
    id = models.BigAutoField(primary_key=True)
    email = models.TextField()
    age = models.IntegerField(null=True)


class Letter(models.Model):
    id = models.BigAutoField(primary_key=True)
    text = models.TextField()
