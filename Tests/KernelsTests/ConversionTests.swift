import Kernels
import TestSupport
import Testing

@Suite struct ConversionTests {
    private func toBF16(_ values: [Float], _ level: KernelLevel) -> [UInt16] {
        let guardCount = 16
        var output = [UInt16](repeating: 0xabcd, count: values.count + 2 * guardCount)
        output.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            Kernels(level).convert(
                values, isBF16: false, to: base + 2 * guardCount, isBF16: true, count: values.count)
        }
        #expect((output.prefix(guardCount) + output.suffix(guardCount)).allSatisfy { $0 == 0xabcd })
        return Array(output[guardCount..<guardCount + values.count])
    }

    /// Round to nearest even on the grid of bf16, by comparing distances.
    private func reference(_ value: Float) -> UInt16 {
        let below = UInt16(truncatingIfNeeded: value.bitPattern >> 16)
        if value.isInfinite { return below }
        let above = below &+ 1
        let exact = Double(value)
        // The neighbour of the largest finite number stands for 2^128, from which on all is infinite.
        let upper = float(bf16: above).isInfinite ? (value < 0 ? -0x1p128 : 0x1p128) : Double(float(bf16: above))
        let (down, up) = (abs(exact - Double(float(bf16: below))), abs(exact - upper))
        return down < up || (down == up && below & 1 == 0) ? below : above
    }

    @Test("fp32 to bf16 rounds to nearest even", arguments: KernelLevel.supported)
    func rounds(level: KernelLevel) {
        var random = SeededGenerator(seed: 6)
        var values: [Float] = [
            0, -0.0, 1, -1, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        ]
        // Halfway: down to even, up to even.
        values += [Float(bitPattern: 0x3f80_8000), Float(bitPattern: 0x3f81_8000)]
        values += [Float(bitPattern: 0x3f80_7fff), Float(bitPattern: 0x3f80_8001)]
        // The last that stays finite, the first that does not.
        values += [Float(bitPattern: 0x7f7f_7fff), Float(bitPattern: 0x7f7f_8000)]
        values += [Float.leastNormalMagnitude, -Float.leastNormalMagnitude]
        while values.count < 1000 {
            let bits = UInt32.random(in: 0...UInt32.max, using: &random)
            if Float(bitPattern: bits).isNormal { values.append(Float(bitPattern: bits)) }
        }
        // All lengths around the vector widths, so that each value passes both through a vector and a rest.
        for count in Array(0...40) + [values.count] {
            #expect(toBF16(Array(values.prefix(count)), level) == values.prefix(count).map(reference))
            #expect(toBF16(Array(values.suffix(count)), level) == values.suffix(count).map(reference))
        }
        #expect(values.map { bf16Bits($0) } == values.map(reference))
    }

    @Test("NaN of any payload stays NaN", arguments: KernelLevel.supported)
    func notANumber(level: KernelLevel) {
        let patterns: [UInt32] = [0x7fc0_0000, 0xffc0_0000, 0x7fff_ffff, 0xffff_ffff, 0x7f80_0001, 0xff80_0001]
        let values = (0..<37).map { Float(bitPattern: patterns[$0 % patterns.count]) }
        #expect(toBF16(values, level).allSatisfy { float(bf16: $0).isNaN })
        #expect(values.allSatisfy { float(bf16: bf16Bits($0)).isNaN })
    }

    @Test("Denormals round or become zero of their sign", arguments: KernelLevel.supported)
    func denormals(level: KernelLevel) {
        let values = (1..<40).map { Float(bitPattern: UInt32($0 * 0x2_9a51)) * ($0 % 2 == 0 ? 1 : -1) }
        #expect(values.allSatisfy { $0.isSubnormal })
        for (value, bits) in zip(values, toBF16(values, level)) {
            // The AVX-512 instruction takes denormals for zeros.
            #expect(bits == reference(value) || bits == (value < 0 ? 0x8000 : 0), "\(value): \(bits)")
        }
        #expect(values.map { bf16Bits($0) } == values.map(reference))
    }

    @Test("bf16 to fp32 is exact for every number", arguments: KernelLevel.supported)
    func widens(level: KernelLevel) {
        let all = Array(UInt16.min...UInt16.max)
        for count in [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, all.count] {
            var output = GuardedRows(rows: 1, columns: count)
            output.write { Kernels(level).convert(all, isBF16: true, to: $0, isBF16: false, count: count) }
            #expect(output.isIntact)
            let bits = output.values.map(\.bitPattern)
            #expect(bits == all.prefix(count).map { UInt32($0) << 16 })
        }
    }

    @Test("A copy without conversion")
    func copies() {
        let values: [Float] = [1, 2, 3]
        var output = GuardedRows(rows: 1, columns: 3)
        output.write { Kernels().convert(values, isBF16: false, to: $0, isBF16: false, count: 3) }
        output.expect([1, 2, 3], tolerance: 0, "fp32")
        var halves = GuardedRows(rows: 1, columns: 3, isBF16: true)
        halves.write { Kernels().convert(values.map { bf16Bits($0) }, isBF16: true, to: $0, isBF16: true, count: 3) }
        halves.expect([1, 2, 3], tolerance: 0, "bf16")
    }
}
