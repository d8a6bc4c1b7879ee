module cpexgohost

go 1.21
