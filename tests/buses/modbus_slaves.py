# SPDX-License-Identifier: Apache-2.0
# pymodbus's own server as slaves of a Modbus line: `modbus_slaves.py tcp 1,2,3` prints "port N", `... rtu DEVICE 1,2,3` "ready".
# Holding register n of slave s holds 100 * s + n, input registers 1000 more; coils are off, every third discrete input is on.
# There are 200 of each, counted from 0.
import asyncio
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
from pymodbus.transaction import ModbusRtuFramer


def slave(number):
    count = 200
    return ModbusSlaveContext(
        di=ModbusSequentialDataBlock(0, [1 if n % 3 == 0 else 0 for n in range(count)]),
        co=ModbusSequentialDataBlock(0, [0] * count),
        hr=ModbusSequentialDataBlock(0, [100 * number + n for n in range(count)]),
        ir=ModbusSequentialDataBlock(0, [1000 + 100 * number + n for n in range(count)]),
        zero_mode=True,
    )


async def main():
    numbers = [int(n) for n in sys.argv[-1].split(",")]
    context = ModbusServerContext(slaves={n: slave(n) for n in numbers}, single=False)
    if sys.argv[1] == "rtu":
        server = ModbusSerialServer(
            context, framer=ModbusRtuFramer, port=sys.argv[2], baudrate=19200, ignore_missing_slaves=True
        )
        await server.start()
        print("ready", flush=True)
        await server.serve_forever()
        return
    server = ModbusTcpServer(context, address=("127.0.0.1", 0), ignore_missing_slaves=True)
    task = asyncio.ensure_future(server.serve_forever())
    while server.server is None or not server.server.sockets:
        await asyncio.sleep(0.01)
    print("port", server.server.sockets[0].getsockname()[1], flush=True)
    await task


asyncio.run(main())
