import TestSupport
import Testing
import WeightFiles

@Suite("Widening stored elements")
struct WideningTests {
    /// Writes the bytes as one tensor of the given type and reads it back; `lead` bytes in front misalign it.
    private func widened(_ dtype: DType, _ bytes: [UInt8], lead: Int = 0) throws -> RawTensor {
        let folder = try TemporaryDirectory()
        let count = bytes.count / dtype.byteWidth
        let header = """
            {"lead":{"dtype":"U8","shape":[\(lead)],"data_offsets":[0,\(lead)]},\
            "x":{"dtype":"\(dtype.rawValue)","shape":[\(count)],"data_offsets":[\(lead),\(lead + bytes.count)]}}
            """
        let file = SafetensorsBytes(header: header, data: Array(repeating: 0, count: lead) + bytes)
        return try SafetensorsFile(path: folder.write(file.bytes, to: "x.safetensors")).raw("x")
    }

    private func bytes<Element: FixedWidthInteger>(_ elements: [Element]) -> [UInt8] {
        elements.flatMap { element in withUnsafeBytes(of: element.littleEndian) { Array($0) } }
    }

    private func expectSameBits(_ actual: [Float], _ expected: [Float], _ label: String) {
        #expect(actual.count == expected.count)
        for (index, pair) in zip(actual, expected).enumerated() {
            let isSame = pair.0.bitPattern == pair.1.bitPattern || (pair.0.isNaN && pair.1.isNaN)
            #expect(isSame, "\(label) \(index): \(pair.0), expected \(pair.1)")
        }
    }

    #if !(os(macOS) && arch(x86_64))
        @Test("Every F16 bit pattern agrees with the language's own conversion", arguments: [0, 1])
        func float16(lead: Int) throws {
            let patterns = (0...UInt16.max).map { $0 }
            let expected = patterns.map { Float(Float16(bitPattern: $0)) }
            let actual = try widened(.float16, bytes(patterns), lead: lead).floats()
            let differing = zip(actual, expected).filter {
                $0.bitPattern != $1.bitPattern && !($0.isNaN && $1.isNaN)
            }
            #expect(differing.isEmpty)
        }
    #endif

    @Test("BF16 is the upper half of an fp32, aligned or not", arguments: [0, 1, 3])
    func bfloat16(lead: Int) throws {
        let patterns: [UInt16] = [0, 0x8000, 0x3F80, 0xBF80, 0x7F80, 0xFF80, 0x0001, 0x7F7F, 0x4049, 0x7FC0]
        let expected = patterns.map { Float(bitPattern: UInt32($0) << 16) }
        expectSameBits(try widened(.bfloat16, bytes(patterns), lead: lead).floats(), expected, "BF16")
    }

    @Test("Every F8_E4M3 value agrees with its definition")
    func float8E4M3() throws {
        let patterns = (0...UInt8.max).map { $0 }
        let expected = patterns.map { pattern -> Float in
            let sign: Float = pattern & 0x80 == 0 ? 1 : -1
            let exponent = Int(pattern >> 3 & 0xF)
            let mantissa = Float(pattern & 7)
            if pattern & 0x7F == 0x7F { return .nan }
            if exponent == 0 { return sign * mantissa * 0x1p-9 }
            return sign * (1 + mantissa / 8) * Float(sign: .plus, exponent: exponent - 7, significand: 1)
        }
        expectSameBits(try widened(.float8E4M3, patterns).floats(), expected, "F8_E4M3")
        #expect(expected.filter(\.isFinite).max() == 448)
    }

    @Test("F8_E5M2 has infinities and subnormals")
    func float8E5M2() throws {
        let actual = try widened(.float8E5M2, [0x00, 0x80, 0x3C, 0xBC, 0x7B, 0x7C, 0xFC, 0x01, 0x7D]).floats()
        expectSameBits(actual, [0, -0.0, 1, -1, 57344, .infinity, -.infinity, 0x1p-16, .nan], "F8_E5M2")
    }

    @Test("Integers, doubles and Booleans are converted by value")
    func otherTypes() throws {
        #expect(try widened(.int8, bytes([Int8(-128), -1, 127])).floats() == [-128, -1, 127])
        #expect(try widened(.uint8, [0, 1, 255]).floats() == [0, 1, 255])
        #expect(try widened(.bool, [0, 1, 1]).floats() == [0, 1, 1])
        #expect(try widened(.int16, bytes([Int16.min, 5])).floats() == [-32768, 5])
        #expect(try widened(.int32, bytes([Int32(-70000), 3])).floats() == [-70000, 3])
        #expect(try widened(.int64, bytes([Int64(-5), 1 << 40]), lead: 3).floats() == [-5, 0x1p40])
        #expect(try widened(.int64, bytes([Int64(-5), (1 << 60) + 1])).integers() == [-5, (1 << 60) + 1])
        let doubles = [0.1, -2.5, 1e300]
        let stored = try widened(.float64, bytes(doubles.map(\.bitPattern)), lead: 5)
        #expect(stored.floats() == [0.1, -2.5, .infinity])
        #expect(stored.doubles() == doubles)
    }
}
