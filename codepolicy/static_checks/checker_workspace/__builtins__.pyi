# Stands for what is defined in every program; its content is told to the checker with each program.
