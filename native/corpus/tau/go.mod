module corpus-tau

go 1.21
