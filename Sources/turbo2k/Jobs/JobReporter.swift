import Generation
import StudioCore

/// Tells the user about a running job.
protocol JobReporter {
    /// The job has its number.
    mutating func started(_ job: JobHandle)
    mutating func received(_ event: JobEvent)
    /// It ended well; the last word about it.
    mutating func finished(_ job: JobHandle, _ result: GenerationResult)
    /// It failed or was stopped; the error itself is reported by ``Failure``.
    mutating func ended(_ job: JobHandle, _ error: any Error)
}

/// `--quiet`.
struct SilentReporter: JobReporter {
    func started(_ job: JobHandle) {}
    func received(_ event: JobEvent) {}
    func finished(_ job: JobHandle, _ result: GenerationResult) {}
    func ended(_ job: JobHandle, _ error: any Error) {}
}
