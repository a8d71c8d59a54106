import Foundation
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Writing safetensors files")
struct SafetensorsWriterTests {
    @Test("What is written is read back, with metadata and in every type")
    func roundTrip() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path("out.safetensors")
        let tensor = Tensor([1, -2.5, 3e-8, 1e30, 0, 7], shape: [2, 3])
        try SafetensorsWriter.write(
            [
                .init("bytes", dtype: .uint8, shape: [3], bytes: [1, 2, 3]),
                .init("full", tensor),
                .init("half", tensor, as: .bfloat16),
                .init("none", Tensor([], shape: [0, 4])),
                .init("ids", dtype: .int64, shape: [], bytes: [255, 255, 255, 255, 255, 255, 255, 255]),
            ], metadata: ["config": #"{"a": "ä\n"}"#], to: path)
        let file = try SafetensorsFile(path: path)
        #expect(file.metadata == ["config": #"{"a": "ä\n"}"#])
        #expect(file.names == ["bytes", "full", "half", "ids", "none"])
        #expect(try file.tensor("full").values == tensor.values)
        #expect(try file.tensor("full").shape == [2, 3])
        #expect(try file.raw("ids").integers() == [-1])
        #expect(try file.raw("bytes").integers() == [1, 2, 3])
        #expect(try file.tensor("none").shape == [0, 4])
        expectClose(try file.tensor("half").values, tensor.values, tolerance: 0.005)
        for name in file.names {
            let info = try #require(file.info(name))
            #expect(info.fileOffset.isMultiple(of: info.dtype.byteWidth))
        }
    }

    @Test("BF16 rounds to nearest, ties to even, and keeps special values")
    func rounding() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path("out.safetensors")
        let bits: [UInt32] = [
            0x3F80_8000, 0x3F81_8000, 0x3F80_8001, 0x3F80_7FFF, 0x7F80_0000, 0x7F80_0001, 0x7F7F_FFFF,
        ]
        let tensor = Tensor(bits.map(Float.init(bitPattern:)), shape: [bits.count])
        try SafetensorsWriter.write([.init("x", tensor, as: .bfloat16)], to: path)
        let actual = try SafetensorsFile(path: path).raw("x").floats()
        #expect(
            actual.prefix(5).map(\.bitPattern) == [0x3F80_0000, 0x3F82_0000, 0x3F81_0000, 0x3F80_0000, 0x7F80_0000])
        #expect(actual[5].isNaN)
        #expect(actual[6] == .infinity)
    }

    @Test("A copy of a golden model's tensors is byte for byte the same")
    func copies() throws {
        let golden = try #require(try GoldenSet.builtIn.allCases().first { !$0.outputNames.isEmpty })
        let source = try #require(golden.outputs)
        let folder = try TemporaryDirectory()
        let path = folder.path("copy.safetensors")
        let entries = try source.names.map { SafetensorsWriter.Entry($0, try source.raw($0)) }
        try SafetensorsWriter.write(entries, metadata: source.metadata, to: path)
        let copy = try SafetensorsFile(path: path)
        #expect(copy.names == source.names)
        for name in source.names {
            #expect(copy.info(name)?.shape == source.info(name)?.shape)
            #expect(try Array(copy.bytes(of: name)) == Array(source.bytes(of: name)))
        }
    }

    @Test("A failure leaves the old file and nothing else")
    func failure() throws {
        let folder = try TemporaryDirectory()
        let error = #expect(throws: WeightError.self) {
            try SafetensorsWriter.write([], to: folder.path("no/such/folder.safetensors"))
        }
        #expect(error?.description.contains("Cannot write") == true)
        let blocked = folder.path("blocked")
        _ = try folder.write(Data(), to: "blocked/inside")
        #expect(throws: WeightError.self) { try SafetensorsWriter.write([], to: blocked) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["blocked"])
    }
}
