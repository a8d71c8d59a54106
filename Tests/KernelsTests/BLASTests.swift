import Kernels
import TestSupport
import Testing

@Suite struct BLASTests {
    @Test("Products with either side transposed", arguments: [false, true], [false, true])
    func transposes(a transposeA: Bool, b transposeB: Bool) {
        let (m, n, k) = (5, 7, 11)
        var random = SeededGenerator(seed: 1)
        let (a, b, c) = (random.floats(m * k), random.floats(k * n), random.floats(m * n))
        var output = c
        BLAS.sgemm(
            transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, alpha: 2, a: a, lda: transposeA ? m : k,
            b: b, ldb: transposeB ? k : n, beta: 0.5, c: &output, ldc: n)
        let expected = (0..<m * n).map { index -> Double in
            let (row, column) = (index / n, index % n)
            let sum = (0..<k).reduce(0.0) { sum, inner in
                let left = transposeA ? a[inner * m + row] : a[row * k + inner]
                let right = transposeB ? b[column * k + inner] : b[inner * n + column]
                return sum + Double(left) * Double(right)
            }
            return 2 * sum + 0.5 * Double(c[index])
        }
        expectClose(output.map(Double.init), expected, tolerance: Rounding.sum(k), "sgemm")
    }
}
