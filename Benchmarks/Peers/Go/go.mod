module peers-go

go 1.19
