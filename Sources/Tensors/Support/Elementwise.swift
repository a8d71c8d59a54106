// The loops behind elementwise ops. They are always inlined, so the closure disappears and the loop is vectorised.

/// Applies `function` to every element. No gradient.
@inline(__always)
func mapElements(_ x: Tensor, _ function: (Float) -> Float) -> Tensor {
    Tensor(shape: x.shape) { y in
        x.withUnsafeBuffer { x in
            for index in 0..<x.count { y[index] = function(x[index]) }
        }
    }
}

/// Applies `function` to eight elements at a time; the last ones are padded with zeros. No gradient.
@inline(__always)
func mapVectors(_ x: Tensor, _ function: (SIMD8<Float>) -> SIMD8<Float>) -> Tensor {
    Tensor(shape: x.shape) { y in
        x.withUnsafeBuffer { x in
            guard let source = x.baseAddress, let target = y.baseAddress else { return }
            mapVectors(source, into: target, count: x.count, function)
        }
    }
}

/// The same on bare memory; `target` may be `source`.
@inline(__always)
func mapVectors(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, count: Int,
    _ function: (SIMD8<Float>) -> SIMD8<Float>
) {
    let whole = count & ~7
    for index in stride(from: 0, to: whole, by: 8) {
        store(function(load(source + index)), to: target + index)
    }
    guard whole < count else { return }
    var last = SIMD8<Float>()
    for index in whole..<count { last[index - whole] = source[index] }
    last = function(last)
    for index in whole..<count { target[index] = last[index - whole] }
}

/// Combines two tensors of the same shape, eight elements at a time. No gradient.
@inline(__always)
func zipVectors(_ a: Tensor, _ b: Tensor, _ function: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>) -> Tensor {
    precondition(a.shape == b.shape, "elementwise: \(a.shape) with \(b.shape)")
    return Tensor(shape: a.shape) { y in
        a.withUnsafeBuffer { a in
            b.withUnsafeBuffer { b in
                guard let first = a.baseAddress, let second = b.baseAddress, let target = y.baseAddress else { return }
                let whole = a.count & ~7
                for index in stride(from: 0, to: whole, by: 8) {
                    store(function(load(first + index), load(second + index)), to: target + index)
                }
                for index in whole..<a.count {
                    target[index] = function(SIMD8(repeating: first[index]), SIMD8(repeating: second[index]))[0]
                }
            }
        }
    }
}

/// Combines two tensors, broadcast against each other. No gradient.
@inline(__always)
func combine(_ a: Tensor, _ b: Tensor, _ name: StaticString, _ function: (Float, Float) -> Float) -> Tensor {
    guard let plan = BroadcastPlan(a.shape, b.shape) else {
        preconditionFailure("\(name): \(a.shape) with \(b.shape)")
    }
    let length = plan.rowLength
    return Tensor(shape: plan.shape) { result in
        a.withUnsafeBuffer { a in
            b.withUnsafeBuffer { b in
                guard let y0 = result.baseAddress, let a0 = a.baseAddress, let b0 = b.baseAddress else { return }
                plan.forEachRow { resultOffset, firstOffset, secondOffset in
                    let (y, a, b) = (y0 + resultOffset, a0 + firstOffset, b0 + secondOffset)
                    switch (plan.firstStep, plan.secondStep) {
                    case (0, 0): y.update(repeating: function(a[0], b[0]), count: length)
                    case (0, _):
                        let value = a[0]
                        for index in 0..<length { y[index] = function(value, b[index]) }
                    case (_, 0):
                        let value = b[0]
                        for index in 0..<length { y[index] = function(a[index], value) }
                    default:
                        for index in 0..<length { y[index] = function(a[index], b[index]) }
                    }
                }
            }
        }
    }
}

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
    UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
}

@inline(__always)
func store(_ value: SIMD8<Float>, to pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: SIMD8<Float>.self)
}
