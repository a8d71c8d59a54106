internal import Kernels

/// Convolution over all channels: patches of the input are laid out as rows of a matrix, some output positions at a
/// time, and multiplied by the kernel. A tile of patches stays in the cache and bounds the memory.
struct DenseConvolution {
    private let geometry: ConvolutionGeometry

    init(_ geometry: ConvolutionGeometry) {
        self.geometry = geometry
    }

    /// Output positions per tile: patches of at most 4 MiB.
    private var tileRows: Int {
        min(geometry.outputPositions, max(64, (1 << 20) / max(geometry.patchLength, 1)))
    }

    func forward(_ x: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor {
        let matrix = kernelMatrix(weight)
        let (outputs, length) = (geometry.outputs, geometry.patchLength)
        return Tensor(shape: geometry.outputShape) { result in
            guard let y = result.baseAddress else { return }
            bias?.withUnsafeBuffer { bias in
                guard let bias = bias.baseAddress else { return }
                for row in 0..<geometry.batch * geometry.outputPositions {
                    (y + row * outputs).update(from: bias, count: outputs)
                }
            }
            forEachTile(x) { patches, target, rows in
                matrix.withUnsafeBuffer { matrix in
                    guard let matrix = matrix.baseAddress else { return }
                    BLAS.sgemm(
                        transposeA: false, transposeB: true, m: rows, n: outputs, k: length, alpha: 1,
                        a: patches, lda: max(length, 1), b: matrix, ldb: max(length, 1),
                        beta: bias == nil ? 0 : 1, c: y + target * outputs, ldc: max(outputs, 1))
                }
            }
        }
    }

    /// `dWᵀ = patchesᵀ dy`, summed over tiles.
    func weightGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
        let (outputs, length) = (geometry.outputs, geometry.patchLength)
        let matrix = Tensor(shape: [outputs, length]) { result in
            result.update(repeating: 0)
            guard let dw = result.baseAddress else { return }
            dy.withUnsafeBuffer { dy in
                guard let dy = dy.baseAddress else { return }
                forEachTile(x) { patches, target, rows in
                    BLAS.sgemm(
                        transposeA: true, transposeB: false, m: outputs, n: length, k: rows, alpha: 1,
                        a: dy + target * outputs, lda: max(outputs, 1), b: patches, ldb: max(length, 1),
                        beta: 1, c: dw, ldc: max(length, 1))
                }
            }
        }
        return matrix.reshaped([outputs] + geometry.kernel + [geometry.inputs]).permuted([0, 4, 1, 2, 3])
    }

    /// The patches' cotangents, `dy W`, added up where the patches came from.
    func inputGradient(_ dy: Tensor, _ weight: Tensor) -> Tensor {
        let matrix = kernelMatrix(weight)
        let (outputs, length) = (geometry.outputs, geometry.patchLength)
        let tile = TensorStorage(count: tileRows * length)
        return Tensor(shape: geometry.inputShape) { result in
            result.update(repeating: 0)
            guard let dx = result.baseAddress else { return }
            dy.withUnsafeBuffer { dy in
                matrix.withUnsafeBuffer { matrix in
                    guard let dy = dy.baseAddress, let matrix = matrix.baseAddress else { return }
                    forEachRange { element, positions in
                        let target = element * geometry.outputPositions + positions.lowerBound
                        BLAS.sgemm(
                            transposeA: false, transposeB: false, m: positions.count, n: length, k: outputs, alpha: 1,
                            a: dy + target * outputs, lda: max(outputs, 1), b: matrix, ldb: max(length, 1),
                            beta: 0, c: tile.pointer, ldc: max(length, 1))
                        scatter(
                            tile.pointer, positions,
                            into: dx + element * geometry.inputPositions * geometry.inputs)
                    }
                }
            }
        }
    }

    /// The kernel as `[outputs, taps · inputs]`, in the order of a patch: frame, row, column, channel.
    private func kernelMatrix(_ weight: Tensor) -> Tensor {
        weight.permuted([0, 2, 3, 4, 1]).reshaped([geometry.outputs, geometry.patchLength])
    }

    private func forEachRange(_ body: (_ element: Int, _ positions: Range<Int>) -> Void) {
        for element in 0..<geometry.batch {
            for start in Swift.stride(from: 0, to: geometry.outputPositions, by: max(tileRows, 1)) {
                body(element, start..<min(start + tileRows, geometry.outputPositions))
            }
        }
    }

    /// Calls `body` with the patches of each tile, `[rows, patchLength]`, the first output row and the number of rows.
    private func forEachTile(_ x: Tensor, _ body: (UnsafePointer<Float>, _ target: Int, _ rows: Int) -> Void) {
        x.withUnsafeBuffer { x in
            guard let x = x.baseAddress else { return }
            guard !geometry.isPointwise else {
                return body(x, 0, geometry.batch * geometry.outputPositions)
            }
            let tile = TensorStorage(count: tileRows * geometry.patchLength)
            forEachRange { element, positions in
                gather(x + element * geometry.inputPositions * geometry.inputs, positions, into: tile.pointer)
                body(tile.pointer, element * geometry.outputPositions + positions.lowerBound, positions.count)
            }
        }
    }

    /// Copies the patches of some output positions of one batch element to rows of `tile`, zeros where they reach out.
    private func gather(_ x: UnsafePointer<Float>, _ positions: Range<Int>, into tile: UnsafeMutablePointer<Float>) {
        forEachLine(positions) { source, target, before, count, after in
            (tile + target).update(repeating: 0, count: before)
            if count > 0 { (tile + target + before).update(from: x + source, count: count) }
            (tile + target + before + count).update(repeating: 0, count: after)
        }
    }

    /// Adds rows of `tile` to where ``gather(_:_:into:)`` would have read them.
    private func scatter(_ tile: UnsafePointer<Float>, _ positions: Range<Int>, into dx: UnsafeMutablePointer<Float>) {
        forEachLine(positions) { source, target, before, count, _ in
            if count > 0 { addRow(tile + target + before, scaledBy: 1, to: dx + source, count: count) }
        }
    }

    /// Walks over the lines of the patches, the runs of `kernelWidth · inputs` floats that lie together in the input.
    ///
    /// `body` gets the line's offset in the input and in the tile, and how many of its floats lie before, in and behind
    /// the input's row; all of them count as before where the whole line is outside.
    @inline(__always)
    private func forEachLine(
        _ positions: Range<Int>,
        _ body: (_ source: Int, _ target: Int, _ before: Int, _ count: Int, _ after: Int) -> Void
    ) {
        let channels = geometry.inputs
        let (kernelHeight, kernelWidth) = (geometry.kernel[1], geometry.kernel[2])
        let (height, width) = (geometry.inputSize[1], geometry.inputSize[2])
        let line = kernelWidth * channels
        var target = 0
        for position in positions {
            let place = geometry.coordinates(of: position)
            let (frames, frameOrigin) = geometry.window(0, at: place.frame)
            let (rows, rowOrigin) = geometry.window(1, at: place.row)
            let (columns, columnOrigin) = geometry.window(2, at: place.column)
            let first = (columnOrigin + columns.lowerBound) * channels
            for frameTap in 0..<geometry.kernel[0] {
                for rowTap in 0..<kernelHeight {
                    if frames.contains(frameTap), rows.contains(rowTap), !columns.isEmpty {
                        let row = (frameOrigin + frameTap) * height + rowOrigin + rowTap
                        body(
                            row * width * channels + first, target, columns.lowerBound * channels,
                            columns.count * channels, (kernelWidth - columns.upperBound) * channels)
                    } else {
                        body(0, target, line, 0, 0)
                    }
                    target += line
                }
            }
        }
    }
}
