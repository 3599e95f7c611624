"""The routes of `leaving`, by the door they stand behind; `helpdesk.urls` mounts them."""

from django.urls import URLPattern, path

from helpdesk.leaving import desk_views, own_views, views

desk: list[URLPattern] = [
    path("<slug:client>/hand-overs/", desk_views.hand_overs, name="hand_overs"),
    path("<slug:client>/hand-overs/<int:hand_over>/", desk_views.hand_over, name="hand_over"),
]
console: list[URLPattern] = [
    path("exit/", views.exits, name="exits"),
    path("exit/erase/<int:customer>/", views.erase, name="erase"),
    path("exit/certificates/<int:job>/", views.certificate, name="certificate"),
    path("exit/certificates/<int:job>/certificate.json", views.certificate_json, name="certificate_json"),
    path("exit/package/", views.new_package, name="new_package"),
    path("exit/customers/<int:customer>/", views.new_customer_export, name="new_customer_export"),
    path("exit/exports/<int:export>/", views.export, name="export"),
    path("exit/exports/<int:export>/fetch/", views.fetch_export, name="fetch_export"),
    path("exit/exports/<int:export>/file/<str:token>/", views.export_file, name="export_file"),
    path("exit/retention/", views.retention, name="retention"),
]
portal: list[URLPattern] = [
    path("my-data/", own_views.my_data, name="my_data"),
    path("my-data/file/", own_views.my_data_file, name="my_data_file"),
]
site: list[URLPattern] = []
