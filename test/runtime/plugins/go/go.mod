module behaviour

go 1.21
