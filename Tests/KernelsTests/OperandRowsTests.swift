import Kernels
import TestSupport
import Testing

@Suite struct OperandRowsTests {
    @Test("int8 rows: a scale each, halves to even, the rest at 128", arguments: KernelLevel.supported, [false, true])
    func quantizes(level: KernelLevel, sourceIsBF16: Bool) {
        for channels in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 201] {
            var random = SeededGenerator(seed: UInt64(channels))
            let stride = channels + 3
            let rows = 4
            var x = random.floats(rows * stride, in: -5...5).roundedToBF16
            for column in 0..<channels { x[stride + column] = 0 }  // a row of zeros
            x[2 * stride + channels - 1] = -300  // an extreme in the last place
            let operands = OperandRows(precision: .int8, inputChannels: channels, rows: rows, workers: 2)
            fill(operands, worker: 1, from: x, isBF16: sourceIsBF16, rows: rows, stride: stride, level)
            for row in 0..<rows {
                let values = x[row * stride..<row * stride + channels]
                let top = values.map(abs).max() ?? 0
                let scale = top > 0 ? top / 127 : 1
                #expect(operands.scales(worker: 1)[row] == scale)
                let bytes = operands.rows(worker: 1).assumingMemoryBound(to: UInt8.self) + row * operands.rowStride
                for (index, value) in values.enumerated() {
                    let steps = Double(value) / Double(scale)
                    // Multiplying by the inverse rounds twice more, so a number on the edge may go either way.
                    #expect(abs(Double(bytes[index]) - 128 - steps) <= 0.5 + 127 * 4 * Rounding.fp32)
                }
                for index in channels..<operands.rowStride { #expect(bytes[index] == 128) }
            }
        }
    }

    @Test("int8 rows of exact steps and halves", arguments: KernelLevel.supported)
    func roundsHalvesToEven(level: KernelLevel) {
        // The largest is 127, so a step is 1.
        let x: [Float] = [127, -127, 0.5, 1.5, -0.5, -1.5, 2.5, 63.5, 126.5, -126.5, 1, -64, 0.49, -0.51, 0, 100, 99.5]
        let operands = OperandRows(precision: .int8, inputChannels: x.count, rows: 1, workers: 1)
        fill(operands, worker: 0, from: x, isBF16: false, rows: 1, stride: x.count, level)
        let bytes = operands.rows(worker: 0).assumingMemoryBound(to: UInt8.self)
        #expect(x.indices.map { Float(bytes[$0]) - 128 } == x.map { $0.rounded(.toNearestOrEven) })
        #expect(operands.scales(worker: 0)[0] == 1)
    }

    @Test("int8 rows of tiny, huge and bad numbers", arguments: KernelLevel.supported)
    func extremes(level: KernelLevel) {
        for top in [Float.leastNonzeroMagnitude, 0x1p-133, 1e-37, 1e-31, 1e-20, 1e30, .greatestFiniteMagnitude] {
            let x = [top, -top, top / 2, 0, 0]
            let operands = OperandRows(precision: .int8, inputChannels: 5, rows: 1, workers: 1)
            fill(operands, worker: 0, from: x, isBF16: false, rows: 1, stride: 5, level)
            let scale = operands.scales(worker: 0)[0]
            let bytes = operands.rows(worker: 0).assumingMemoryBound(to: UInt8.self)
            #expect(scale.isFinite && scale > 0)
            for index in x.indices {
                let restored = (Double(bytes[index]) - 128) * Double(scale)
                // Half a step; rows below 1e-30 may vanish.
                #expect(abs(restored - Double(x[index])) <= max(Double(top) / 127 * 0.501, 1e-30), "\(top)")
            }
        }
        for bad in [Float.nan, -.nan, .infinity, -.infinity] {
            for place in [0, 16, 20] {
                var x = [Float](repeating: 1, count: 21)
                x[place] = bad
                let operands = OperandRows(precision: .int8, inputChannels: 21, rows: 1, workers: 1)
                fill(operands, worker: 0, from: x, isBF16: false, rows: 1, stride: 21, level)
                #expect(!operands.scales(worker: 0)[0].isFinite, "\(bad) at \(place)")
            }
        }
    }

    @Test("bf16 rows of odd length end in zero", arguments: KernelLevel.supported)
    func padsBF16(level: KernelLevel) {
        for channels in [1, 2, 3, 5, 17, 33] {
            var random = SeededGenerator(seed: 1)
            let x = random.floats(3 * (channels + 2))
            let operands = OperandRows(precision: .bf16, inputChannels: channels, rows: 3, workers: 2)
            #expect(operands.rowStride == (channels + 1) / 2 * 4)
            for _ in 0..<2 {
                fill(operands, worker: 1, from: x, isBF16: false, rows: 3, stride: channels + 2, level)
                for row in 0..<3 {
                    let halves = operands.rows(worker: 1) + row * operands.rowStride
                    let stored = (0..<operands.rowStride / 2).map {
                        halves.load(fromByteOffset: $0 * 2, as: UInt16.self)
                    }
                    let wanted = x[row * (channels + 2)..<row * (channels + 2) + channels].map { bf16Bits($0) }
                    #expect(stored == wanted + (channels % 2 == 1 ? [0] : []))
                }
            }
            // The other worker's rows are untouched.
            let other = operands.rows(worker: 0).assumingMemoryBound(to: UInt8.self)
            for index in 0..<3 * operands.rowStride { #expect(other[index] == 0) }
        }
    }

    @Test("fp32 rows keep their numbers, from fp32 and from bf16", arguments: KernelLevel.supported, [false, true])
    func copies(level: KernelLevel, sourceIsBF16: Bool) {
        var random = SeededGenerator(seed: 1)
        let x = random.floats(2 * 21).roundedToBF16
        let operands = OperandRows(precision: .fp32, inputChannels: 19, rows: 2, workers: 1)
        fill(operands, worker: 0, from: x, isBF16: sourceIsBF16, rows: 2, stride: 21, level)
        for row in 0..<2 {
            for column in 0..<19 {
                let place = row * operands.rowStride + column * 4
                #expect(operands.rows(worker: 0).load(fromByteOffset: place, as: Float.self) == x[row * 21 + column])
            }
        }
    }

    private func fill(
        _ operands: OperandRows, worker: Int, from x: [Float], isBF16: Bool, rows: Int, stride: Int,
        _ level: KernelLevel
    ) {
        if isBF16 {
            operands.fill(
                worker: worker, from: x.map { bf16Bits($0) }, isBF16: true, rows: rows, stride: stride,
                kernels: Kernels(level))
        } else {
            operands.fill(
                worker: worker, from: x, isBF16: false, rows: rows, stride: stride, kernels: Kernels(level))
        }
    }
}
