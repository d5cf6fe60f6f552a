"""What the press reads."""

from django.db import models
from wagtail.models import Page


class Release(models.Model):
    """A release about a page."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE)
    number = models.IntegerField()
    title = models.CharField(max_length=80)
