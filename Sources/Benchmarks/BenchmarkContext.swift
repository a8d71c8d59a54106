import Generation
import Kernels

/// What every case needs: the kernels, the threads and the options.
package struct BenchmarkContext: Sendable {
    let options: BenchmarkOptions
    let kernels: Kernels
    let parallel: Parallel

    init(_ options: BenchmarkOptions) {
        self.options = options
        kernels = Kernels()
        parallel = Parallel(threadCount: options.threadCount)
    }

    var stopwatch: Stopwatch { Stopwatch(runs: options.runs) }

    /// Times `body` under a case's name.
    func measure<Failure: Error>(
        _ name: String, _ precision: Precision, operations: Double? = nil, bytes: Double? = nil,
        _ body: () throws(Failure) -> Void
    ) throws(Failure) -> Measurement {
        var result = Measurement(name: name, precision: precision.rawValue, seconds: try stopwatch.measure(body))
        result.operations = operations
        result.bytes = bytes
        return result
    }

    /// The model that the options name.
    func model() throws -> BenchmarkModel {
        try BenchmarkModel(ModelCatalog(userFolder: options.userModels).find(options.model))
    }
}
