# Made with numpy 2.4 and pyarrow 26: python make.py
import datetime, decimal
import numpy as np, pyarrow as pa, pyarrow.parquet as pq

np.save("gross.npy", np.array([1000.5, 3000.0, 0.1]))
np.save("grid.npy", np.asfortranarray(np.array([[1, 2, 3], [-4, 5, 6]], dtype=">i2")))

D = decimal.Decimal
table = pa.table({
    "id": pa.array([1, 2, 3], pa.int64()),
    "gross": pa.array([1000.5, None, 3000.0], pa.float64()),
    "net": pa.array([D("700.25"), D("-0.01"), D("99999999999999.99")], pa.decimal128(16, 2)),
    "small": pa.array([D("1.5"), D("-2.5"), D("0.0")], pa.decimal128(5, 1)),
    "level": pa.array([1, 200, 255], pa.uint8()),
    "rate": pa.array([0.5, 0.25, -0.125], pa.float32()),
    "full": pa.array([True, False, True]),
    "name": pa.array(["ann", "alan", "bo"]),
    "since": pa.array([datetime.date(2020, 1, 1)] * 3),
    "tags": pa.array([[1], [2, 3], []], pa.list_(pa.int32())),
})
pq.write_table(table, "hr.parquet", row_group_size=2, compression="zstd")
