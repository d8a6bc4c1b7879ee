module careless

go 1.21
