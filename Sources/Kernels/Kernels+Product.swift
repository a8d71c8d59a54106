internal import CKernels

/// What happens to a product's sums before they are stored: (sum + bias), activation, times gate, plus what is there.
package struct Epilogue {
    package enum Activation: Int32 {
        case none = 0
        case geluTanh = 1
        case silu = 2
    }

    /// [outputChannels], or nil.
    package var bias: UnsafePointer<Float>?
    /// [outputChannels] for each row, `gateStride` floats apart (0: one for all rows), or nil.
    package var gate: UnsafePointer<Float>?
    package var gateStride = 0
    package var activation = Activation.none
    /// Adds to what the output holds.
    package var accumulates = false
    package var output: UnsafeMutableRawPointer
    /// Elements from row to row.
    package var outputStride: Int
    package var outputIsBF16: Bool

    package init(
        output: UnsafeMutableRawPointer, stride: Int, isBF16: Bool, bias: UnsafePointer<Float>? = nil,
        gate: UnsafePointer<Float>? = nil, gateStride: Int = 0, activation: Activation = .none,
        accumulates: Bool = false
    ) {
        self.output = output
        outputStride = stride
        outputIsBF16 = isBF16
        self.bias = bias
        self.gate = gate
        self.gateStride = gateStride
        self.activation = activation
        self.accumulates = accumulates
    }
}

extension Kernels {
    /// The most rows of one product; longer ones are cut by the caller.
    package static var maximumRows: Int { Int(CK_MAX_ROWS) }

    /// One thread's product of `rows` rows with a packed matrix.
    ///
    /// - `segments`: the address of the first row's part for each tap, in the matrix's operand type (fp32, bf16, or bytes + 128).
    /// - `rowStride`: bytes from row to row.
    /// - `rowScales`: int8 only, [rows].
    package func product(
        segments: UnsafePointer<UnsafeRawPointer?>, rows: Int, rowStride: Int, matrix: PackedMatrix,
        rowScales: UnsafePointer<Float>? = nil, epilogue: Epilogue
    ) {
        precondition(matrix.tapCount <= 32, "product: \(matrix.tapCount) taps")
        precondition(rows <= Self.maximumRows, "product: \(rows) rows at once")
        precondition(matrix.precision != .int8 || rowScales != nil, "product: int8 rows need their scales")
        var left = ck_operand(
            segments: segments, segment_count: matrix.tapCount, groups: matrix.groups, row_stride: rowStride, rows: rows
        )
        var end = ck_epilogue()
        end.bias = epilogue.bias
        end.gate = epilogue.gate
        end.gate_stride = epilogue.gateStride
        end.row_scale = rowScales
        end.column_scale = matrix.columnScales.map { UnsafePointer($0.floats()) }
        end.column_sum = matrix.columnSums.map { UnsafePointer($0.base.assumingMemoryBound(to: Int32.self)) }
        end.output = epilogue.output
        end.output_stride = epilogue.outputStride
        end.output_is_bf16 = epilogue.outputIsBF16 ? 1 : 0
        end.accumulate = epilogue.accumulates ? 1 : 0
        end.activation = epilogue.activation.rawValue
        let columns = matrix.outputChannels
        switch matrix.precision {
        case .fp32: table.pointee.gemm_f32(&left, matrix.storage.base, columns, &end)
        case .bf16: table.pointee.gemm_bf16(&left, matrix.storage.base, columns, &end)
        case .int8: table.pointee.gemm_i8(&left, matrix.storage.base, columns, &end)
        }
    }

    /// A linear layer on one thread: `input` holds rows of the matrix's operand type.
    package func linear(
        _ input: UnsafeRawPointer, rows: Int, rowStride: Int, matrix: PackedMatrix,
        rowScales: UnsafePointer<Float>? = nil, epilogue: Epilogue
    ) {
        var segment: UnsafeRawPointer? = input
        withUnsafePointer(to: &segment) {
            product(
                segments: $0, rows: rows, rowStride: rowStride, matrix: matrix, rowScales: rowScales, epilogue: epilogue
            )
        }
    }

    /// A whole linear layer over fp32 rows, all threads: converts the input to the matrix's operand type chunk by chunk.
    ///
    /// - `input`: `[rows, inputChannels]`, contiguous.
    /// - `output`: `[rows, outputChannels]`, contiguous.
    package func linear(
        _ input: UnsafePointer<Float>, rows: Int, matrix: PackedMatrix, bias: UnsafePointer<Float>? = nil,
        activation: Epilogue.Activation = .none, accumulates: Bool = false, into output: UnsafeMutablePointer<Float>,
        parallel: Parallel, stop: StopFlag? = nil
    ) {
        let chunk = max(6, min(96, (rows + parallel.threadCount - 1) / parallel.threadCount))
        let operands = OperandRows(matrix: matrix, rows: chunk, workers: parallel.threadCount)
        // SAFETY: workers read shared input and write disjoint rows.
        nonisolated(unsafe) let (input, bias, output) = (input, bias, output)
        parallel.forEach((rows + chunk - 1) / chunk, stop: stop) { index, worker in
            let first = index * chunk
            let count = min(chunk, rows - first)
            operands.fill(
                worker: worker, from: input + first * matrix.inputChannels, isBF16: false, rows: count,
                stride: matrix.inputChannels, kernels: self)
            linear(
                operands.rows(worker: worker), rows: count, rowStride: operands.rowStride, matrix: matrix,
                rowScales: operands.scales(worker: worker),
                epilogue: Epilogue(
                    output: output + first * matrix.outputChannels, stride: matrix.outputChannels, isBF16: false,
                    bias: bias, activation: activation, accumulates: accumulates))
        }
    }
}

/// Each worker's chunk of left rows in a matrix's operand type.
package final class OperandRows: Sendable {
    package let rowStride: Int
    private let precision: Precision
    package let inputChannels: Int
    private let rowCount: Int
    private let storage: AlignedBuffer
    private let rowScales: AlignedBuffer

    package init(precision: Precision, inputChannels: Int, rows: Int, workers: Int) {
        let size = PackedMatrix.groupSize(precision)
        self.precision = precision
        self.inputChannels = inputChannels
        rowCount = rows
        rowStride = (inputChannels + size - 1) / size * 4
        storage = AlignedBuffer(byteCount: rows * rowStride * workers)
        rowScales = AlignedBuffer(byteCount: precision == .int8 ? rows * workers * 4 : 4)
    }

    package convenience init(matrix: PackedMatrix, rows: Int, workers: Int) {
        self.init(
            precision: matrix.precision, inputChannels: matrix.inputChannels, rows: rows, workers: workers)
    }

    package var byteCount: Int { storage.byteCount + rowScales.byteCount }

    package func rows(worker: Int) -> UnsafeMutableRawPointer { storage.base + worker * rowCount * rowStride }
    package func scales(worker: Int) -> UnsafeMutablePointer<Float> {
        rowScales.floats(at: precision == .int8 ? worker * rowCount : 0)
    }

    /// Converts `rows` rows of fp32 or bf16, `stride` elements apart.
    package func fill(
        worker: Int, from input: UnsafeRawPointer, isBF16: Bool, rows count: Int, stride: Int, kernels: Kernels
    ) {
        let target = rows(worker: worker)
        switch precision {
        case .int8:
            kernels.table.pointee.quantize_rows(
                input, isBF16 ? 1 : 0, count, inputChannels, stride, target.assumingMemoryBound(to: UInt8.self),
                rowStride, scales(worker: worker), 127, 128)
        case .fp32, .bf16:
            for row in 0..<count {
                kernels.convert(
                    input + row * stride * (isBF16 ? 2 : 4), isBF16: isBF16, to: target + row * rowStride,
                    isBF16: precision == .bf16, count: inputChannels)
            }
        }
    }
}

extension Kernels {
    /// Copies `count` numbers between fp32 and bf16.
    package func convert(
        _ source: UnsafeRawPointer, isBF16 sourceIsBF16: Bool, to target: UnsafeMutableRawPointer,
        isBF16 targetIsBF16: Bool, count: Int
    ) {
        switch (sourceIsBF16, targetIsBF16) {
        case (false, true):
            table.pointee.to_bf16(
                source.assumingMemoryBound(to: Float.self), target.assumingMemoryBound(to: UInt16.self), count)
        case (true, false):
            table.pointee.to_f32(
                source.assumingMemoryBound(to: UInt16.self), target.assumingMemoryBound(to: Float.self), count)
        case (true, true): target.copyMemory(from: source, byteCount: count * 2)
        case (false, false): target.copyMemory(from: source, byteCount: count * 4)
        }
    }
}
