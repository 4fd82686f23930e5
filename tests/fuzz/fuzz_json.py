"""Fuzzes the json reader, with atheris: python tests/fuzz/fuzz_json.py -max_total_time=60"""

from fuzzing import run

if __name__ == "__main__":
    run("json")
