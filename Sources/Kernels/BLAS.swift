internal import COpenBLAS

/// The single-precision matrix product of OpenBLAS, row-major.
package enum BLAS {
    /// Sets how many threads OpenBLAS may use, for the whole process.
    package static func setThreadCount(_ count: Int) {
        openblas_set_num_threads(Int32(clamping: max(1, count)))
    }

    /// The number of threads OpenBLAS uses now.
    package static var threadCount: Int { Int(openblas_get_num_threads()) }

    /// `c = alpha * op(a) * op(b) + beta * c`, where `op` transposes if asked to.
    ///
    /// `a` is `[m, k]`, or `[k, m]` if transposed, with rows `lda` floats apart; `b` is `[k, n]`, or `[n, k]` if
    /// transposed, with rows `ldb` floats apart; `c` is `[m, n]`, with rows `ldc` floats apart, and overlaps neither.
    /// The caller vouches for the pointers: BLAS does not check them. With `beta` 0 the old content of `c` is not read.
    package static func sgemm(
        transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Float,
        a: UnsafePointer<Float>, lda: Int, b: UnsafePointer<Float>, ldb: Int,
        beta: Float, c: UnsafeMutablePointer<Float>, ldc: Int
    ) {
        guard m > 0, n > 0 else { return }
        cblas_sgemm(
            CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
            blasint(m), blasint(n), blasint(k), alpha, a, blasint(lda), b, blasint(ldb), beta, c, blasint(ldc))
    }
}
