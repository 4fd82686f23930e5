"""Fuzzes the xlsx reader, with atheris: python tests/fuzz/fuzz_xlsx.py -max_total_time=60"""

from fuzzing import run

if __name__ == "__main__":
    run("xlsx")
