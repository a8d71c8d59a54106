import Foundation
import Tensors
import TestSupport
import Testing
import WeightFiles

@Suite("Reading safetensors files")
struct SafetensorsFileTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func open(_ file: SafetensorsBytes) throws -> SafetensorsFile {
        try SafetensorsFile(path: folder.write(file.bytes, to: "file.safetensors"))
    }

    /// The error that opening `file` ends with.
    private func failure(_ file: SafetensorsBytes) -> WeightError? {
        #expect(throws: WeightError.self) { try open(file) }
    }

    @Test("A valid file gives names, shapes, types and values")
    func readsValidFile() throws {
        let file = try open(.valid)
        #expect(file.names == ["a", "b"])
        #expect(file.info("b")?.shape == [1, 3])
        #expect(file.info("b")?.dtype == .float32)
        #expect(try file.raw("b").floats() == [3, 4, 5])
        #expect(try file.tensor("a").values == [1, 2])
    }

    @Test("Metadata, padding behind the header, empty and scalar tensors are read")
    func readsUnusualFiles() throws {
        let file = try open(
            SafetensorsBytes(
                header: """
                    {"__metadata__":{"config":"{}"},"empty":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},\
                    "scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}
                    """ + "   ", data: [0, 0, 128, 63]))
        #expect(file.metadata == ["config": "{}"])
        #expect(try file.raw("empty").floats() == [])
        #expect(try file.tensor("scalar").shape == [])
        #expect(try file.raw("scalar").floats() == [1])
    }

    @Test("A raw tensor stays readable after its file object is gone")
    func rawTensorKeepsFile() throws {
        let raw = try open(.valid).raw("b")
        #expect(raw.floats() == [3, 4, 5])
    }

    @Test("A file cut off anywhere names both sizes", arguments: [9, 60, 128, 137])
    func refusesTruncation(byteCount: Int) throws {
        let whole = SafetensorsBytes.valid.bytes
        try #require(byteCount < whole.count)
        let path = try folder.write(whole.prefix(byteCount), to: "cut.safetensors")
        let error = #expect(throws: WeightError.self) { try SafetensorsFile(path: path) }
        guard case .truncated(_, let needed, byteCount) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(needed > byteCount)
        #expect(error?.description.contains("\(byteCount) bytes") == true)
        #expect(error?.description.contains("\(needed)") == true)
    }

    @Test("A file shorter than its length field is refused", arguments: [0, 1, 7])
    func refusesTinyFiles(byteCount: Int) throws {
        let path = try folder.write(Data(repeating: 0, count: byteCount), to: "tiny.safetensors")
        #expect(throws: WeightError.truncated(path: path, neededBytes: 8, actualBytes: byteCount)) {
            try SafetensorsFile(path: path)
        }
    }

    @Test("An announced header length beyond reason is refused", arguments: [100_000_001, UInt64.max, UInt64(Int.max)])
    func refusesOversizedHeader(length: UInt64) {
        var file = SafetensorsBytes.valid
        file.announcedLength = length
        guard case .headerTooLarge(_, length, _) = failure(file) else {
            Issue.record("accepted \(length)")
            return
        }
    }

    @Test(
        "A header that is not the expected JSON is refused",
        arguments: [
            "", "null", "[]", "{", #"{"a":1}"#, "not json at all", #"{"__metadata__":{"x":1}}"#,
            #"{"__metadata__":[]}"#,
            #"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,0]},}"#, "{\"a\u{0}\":{}}",
        ])
    func refusesBadHeader(header: String) {
        let error = failure(SafetensorsBytes(header: header))
        switch error {
        case .badHeader, .badTensor: break
        default: Issue.record("\(String(describing: error))")
        }
    }

    @Test("A header that is not UTF-8 is refused")
    func refusesInvalidUnicode() throws {
        var data = Data([3, 0, 0, 0, 0, 0, 0, 0])
        data.append(contentsOf: [0x7B, 0xFF, 0x7D])
        let path = try folder.write(data, to: "latin.safetensors")
        #expect(throws: WeightError.self) { try SafetensorsFile(path: path) }
    }

    @Test("Two tensors of one name are refused")
    func refusesDuplicateNames() {
        let error = failure(
            SafetensorsBytes(
                header: """
                    {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}
                    """, data: [1, 2]))
        #expect(error?.description.contains("appears twice") == true)
    }

    /// Entries that contradict themselves or the file, and a part of the message that must say so.
    private static let badEntries: [(entry: String, message: String)] = [
        (#"{"shape":[2],"data_offsets":[0,8]}"#, "no dtype"),
        (#"{"dtype":"F31","shape":[2],"data_offsets":[0,8]}"#, "type F31 is unknown"),
        (#"{"dtype":7,"shape":[2],"data_offsets":[0,8]}"#, "no dtype"),
        (#"{"dtype":"F32","data_offsets":[0,8]}"#, "no shape"),
        (#"{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}"#, "shape [-2]"),
        (#"{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}"#, "shape"),
        (#"{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}"#, "shape"),
        (#"{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}"#, "shape"),
        (#"{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,8]}"#, "shape"),
        (#"{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}"#, "shape"),
        (#"{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}"#, "shape"),
        (#"{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}"#, "shape"),
        (#"{"dtype":"F32","shape":[2]}"#, "data_offsets"),
        (#"{"dtype":"F32","shape":[2],"data_offsets":[0]}"#, "data_offsets"),
        (#"{"dtype":"F32","shape":[2],"data_offsets":[8,0]}"#, "data_offsets"),
        (#"{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}"#, "data_offsets"),
        (#"{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775799,9223372036854775807]}"#, "data_offsets"),
        (#"{"dtype":"F32","shape":[3],"data_offsets":[0,8]}"#, "takes 12 bytes, not 8"),
        (#"{"dtype":"BF16","shape":[2],"data_offsets":[0,8]}"#, "takes 4 bytes, not 8"),
    ]

    @Test("An entry that contradicts itself is refused with the tensor's name", arguments: badEntries)
    func refusesBadEntry(entry: String, message: String) {
        let error = failure(
            SafetensorsBytes(header: #"{"some.tensor":\#(entry)}"#, data: Array(repeating: 0, count: 8)))
        #expect(error?.description.contains("some.tensor") == true, "\(String(describing: error))")
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    @Test("Overlapping, uncovered and surplus data are refused")
    func refusesBadLayout() {
        func file(_ first: String, _ second: String, dataBytes: Int) -> SafetensorsBytes {
            SafetensorsBytes(
                header: """
                    {"a":{"dtype":"U8","shape":[4],"data_offsets":\(first)},\
                    "b":{"dtype":"U8","shape":[4],"data_offsets":\(second)}}
                    """, data: Array(repeating: 0, count: dataBytes))
        }
        #expect(failure(file("[0,4]", "[2,6]", dataBytes: 6))?.description.contains("overlaps the data of a") == true)
        #expect(failure(file("[0,4]", "[0,4]", dataBytes: 4))?.description.contains("overlaps") == true)
        #expect(failure(file("[0,4]", "[5,9]", dataBytes: 9))?.description.contains("belong to no tensor") == true)
        #expect(failure(file("[0,4]", "[4,8]", dataBytes: 9))?.description.contains("end at byte") == true)
        guard case .truncated = failure(file("[0,4]", "[4,8]", dataBytes: 7)) else {
            Issue.record("a file that ends in its data was accepted")
            return
        }
    }

    @Test("A missing file, a folder and a missing tensor say what is missing")
    func refusesMissingThings() throws {
        let missing = #expect(throws: WeightError.self) { try SafetensorsFile(path: folder.path("none")) }
        #expect(missing?.description.contains("No such file") == true)
        let directory = #expect(throws: WeightError.self) { try SafetensorsFile(path: folder.path) }
        #expect(directory?.description.contains("it is not a file") == true)
        let file = try open(.valid)
        #expect(throws: WeightError.missingTensor(path: file.path, tensor: "c")) { try file.raw("c") }
    }

    @Test("Control characters of a file never reach the message")
    func escapesControlCharacters() {
        let error = failure(
            SafetensorsBytes(
                header: #"{"\u001b]0;owned\u0007\u202e":{"dtype":"F32\u001b[2J","shape":[],"data_offsets":[0,4]}}"#))
        let text = error?.description ?? ""
        #expect(text.contains("\\u{1b}]0;owned\\u{7}\\u{202e}"))
        #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control || $0.value == 0x202E })
    }

    @Test("Seeded mutations of a valid file are read or refused, never worse", arguments: 0..<16)
    func survivesMutations(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let original = [UInt8](SafetensorsBytes.valid.bytes)
        let path = folder.path("mutated.safetensors")
        for _ in 0..<150 {
            let mutated = mutate(original, using: &random)
            try Data(mutated).write(to: URL(filePath: path))
            do {
                let file = try SafetensorsFile(path: path)
                // What is accepted must be readable to the last byte.
                for name in file.names { #expect(try file.raw(name).floats().count == file.info(name)?.count) }
            } catch {
                let isClean = error.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
                #expect(isClean, "seed \(seed): \(error)")
            }
        }
    }

    /// Flips, overwrites, inserts, removes or cuts a few bytes.
    private func mutate(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !result.isEmpty {
            let index = Int.random(in: 0..<result.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: result[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: result[index] = UInt8.random(in: 0...255, using: &random)
            case 2: result.insert(UInt8.random(in: 0...255, using: &random), at: index)
            case 3: result.remove(at: index)
            case 4: result.removeSubrange(index...)
            default: result[index] = Array("0123456789-[]{},:\"".utf8).randomElement(using: &random) ?? 0
            }
        }
        return result
    }
}
