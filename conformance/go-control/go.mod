module thrice.invalid/control

go 1.25
