/// Convolution of every channel with its own kernel, as sums over taps of whole channel rows.
struct DepthwiseConvolution {
    private let geometry: ConvolutionGeometry

    init(_ geometry: ConvolutionGeometry) {
        self.geometry = geometry
    }

    func forward(_ x: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor {
        let channels = geometry.inputs
        let kernel = tapRows(weight)
        return Tensor(shape: geometry.outputShape) { result in
            guard let y = result.baseAddress else { return }
            result.update(repeating: 0)
            bias?.withUnsafeBuffer { bias in
                guard let bias = bias.baseAddress else { return }
                for row in 0..<result.count / max(channels, 1) {
                    (y + row * channels).update(from: bias, count: channels)
                }
            }
            accumulate(x, kernel) { x, kernel, source, tap, target in
                let (x, kernel, y) = (x + source, kernel + tap, y + target)
                for channel in 0..<channels { y[channel] += x[channel] * kernel[channel] }
            }
        }
    }

    func inputGradient(_ dy: Tensor, _ weight: Tensor) -> Tensor {
        let channels = geometry.inputs
        let kernel = tapRows(weight)
        return Tensor(shape: geometry.inputShape) { result in
            guard let dx = result.baseAddress else { return }
            result.update(repeating: 0)
            accumulate(dy, kernel) { dy, kernel, source, tap, target in
                let (dy, kernel, dx) = (dy + target, kernel + tap, dx + source)
                for channel in 0..<channels { dx[channel] += dy[channel] * kernel[channel] }
            }
        }
    }

    func weightGradient(_ x: Tensor, _ dy: Tensor) -> Tensor {
        let channels = geometry.inputs
        let rows = Tensor(shape: [geometry.taps, channels]) { result in
            guard let dw = result.baseAddress else { return }
            result.update(repeating: 0)
            accumulate(x, dy) { x, dy, source, tap, target in
                let (x, dy, dw) = (x + source, dy + target, dw + tap)
                for channel in 0..<channels { dw[channel] += x[channel] * dy[channel] }
            }
        }
        return rows.transposed().reshaped([channels, 1] + geometry.kernel)
    }

    /// The kernel as `[taps, channels]`.
    private func tapRows(_ weight: Tensor) -> Tensor {
        weight.reshaped([geometry.inputs, geometry.taps]).transposed()
    }

    /// Calls `body` for every tap of every output position that meets the input, with the memory of both tensors and the
    /// offsets of the channels in the input, the kernel and the output.
    @inline(__always)
    private func accumulate(
        _ first: Tensor, _ second: Tensor,
        _ body: (UnsafePointer<Float>, UnsafePointer<Float>, _ source: Int, _ tap: Int, _ target: Int) -> Void
    ) {
        first.withUnsafeBuffer { first in
            second.withUnsafeBuffer { second in
                guard let first = first.baseAddress, let second = second.baseAddress else { return }
                forEachTap { body(first, second, $0, $1, $2) }
            }
        }
    }

    @inline(__always)
    private func forEachTap(_ body: (_ source: Int, _ tap: Int, _ target: Int) -> Void) {
        let channels = geometry.inputs
        for element in 0..<geometry.batch {
            for position in 0..<geometry.outputPositions {
                let place = geometry.coordinates(of: position)
                let (frames, frameOrigin) = geometry.window(0, at: place.frame)
                let (rows, rowOrigin) = geometry.window(1, at: place.row)
                let (columns, columnOrigin) = geometry.window(2, at: place.column)
                let target = (element * geometry.outputPositions + position) * channels
                for frame in frames {
                    for row in rows {
                        let plane = element * geometry.inputSize[0] + frameOrigin + frame
                        let line = (plane * geometry.inputSize[1] + rowOrigin + row) * geometry.inputSize[2]
                        let tapLine = (frame * geometry.kernel[1] + row) * geometry.kernel[2]
                        for column in columns {
                            body((line + columnOrigin + column) * channels, (tapLine + column) * channels, target)
                        }
                    }
                }
            }
        }
    }
}
