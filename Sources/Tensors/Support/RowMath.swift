// Reductions over a run of floats in memory, in eight interleaved partial sums, and the vector exponential.

/// The sum of `count` floats.
func rowSum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var partial = SIMD8<Float>()
    let whole = count & ~7
    for index in stride(from: 0, to: whole, by: 8) { partial += load(x + index) }
    var sum = partial.sum()
    for index in whole..<count { sum += x[index] }
    return sum
}

/// The inner product of two runs of `count` floats.
func rowDot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Float {
    var partial = SIMD8<Float>()
    let whole = count & ~7
    for index in stride(from: 0, to: whole, by: 8) { partial += load(x + index) * load(y + index) }
    var sum = partial.sum()
    for index in whole..<count { sum += x[index] * y[index] }
    return sum
}

/// The sum of `(x - center)²`.
func rowSquares(_ x: UnsafePointer<Float>, around center: Float, count: Int) -> Float {
    var partial = SIMD8<Float>()
    let whole = count & ~7
    for index in stride(from: 0, to: whole, by: 8) {
        let difference = load(x + index) - center
        partial += difference * difference
    }
    var sum = partial.sum()
    for index in whole..<count { sum += (x[index] - center) * (x[index] - center) }
    return sum
}

/// `y += scale * x` over `count` floats.
@inline(__always)
func addRow(_ x: UnsafePointer<Float>, scaledBy scale: Float, to y: UnsafeMutablePointer<Float>, count: Int) {
    for index in 0..<count { y[index] += scale * x[index] }
}

/// Replaces a row by its softmax, shifted by its maximum first.
func softmaxRow(_ x: UnsafeMutablePointer<Float>, count: Int) {
    guard count > 0 else { return }
    var maximum = x[0]
    for index in 1..<count { maximum = x[index] > maximum ? x[index] : maximum }
    let shift = SIMD8(repeating: maximum)
    mapVectors(x, into: x, count: count) { vectorExp($0 - shift) }
    let scale = 1 / rowSum(x, count: count)
    for index in 0..<count { x[index] *= scale }
}

/// `e^x` to within 2 units in the last place; 0 below -87.3 and infinity above 88.
///
/// `x = n ln 2 + r` with `|r| ≤ ln 2 / 2`: the Taylor polynomial of degree 7 in `r` is exact to 1e-8 there.
@inline(__always)
func vectorExp(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits of the sum.
    let rounder = SIMD8<Float>(repeating: 12_582_912)
    let clamped = x.replacing(with: -88, where: x .< -88).replacing(with: 88, where: x .> 88)
    let shifted = clamped * 1.442_695_04 + rounder
    let n = shifted - rounder
    let r = (clamped - n * 0.693_359_375) - n * -2.121_944_4e-4
    var power = r * (1 / 5040) + (1 / 720)
    power = power * r + (1 / 120)
    power = power * r + (1 / 24)
    power = power * r + (1 / 6)
    power = power * r + 0.5
    power = power * r + 1
    power = power * r + 1
    // 2^n, put together from its exponent bits; n is within -126...127 wherever the result is kept.
    let exponent = (unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- 0x4B40_0000)
    let scale = unsafeBitCast((exponent &+ 127) &<< 23, to: SIMD8<Float>.self)
    let result = (power * scale).replacing(with: 0, where: x .< -87.3)
    return result.replacing(with: .infinity, where: x .> 88.0)
}

/// `1 / (1 + e^-x)`.
@inline(__always)
func vectorSigmoid(_ x: SIMD8<Float>) -> SIMD8<Float> {
    1 / (1 + vectorExp(-x))
}
