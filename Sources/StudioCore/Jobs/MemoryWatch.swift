import Generation

/// Watches what a job takes of memory, for the plans of later ones. Lives in the engine's process.
struct MemoryWatch {
    private let plannedBytes: Int
    private var peakBytes = 0

    /// Nil where the process holds more than the job would load: the weights of another kind of job, which stay for the
    /// next one, are not this job's.
    init?(plan: GenerationPlan, kind: GenerationResult.Kind) {
        let loaded = plan.stages.first { $0.stage == .load }?.bytes ?? 0
        guard loaded > 0, ProcessMemory.ownBytes <= loaded else { return nil }
        plannedBytes = plan.peakBytes(of: kind)
    }

    /// Buffers live as long as their stage, so looking at each event sees them. Pages of mapped files do not count: the
    /// system takes them back where memory is short, and what is free has them in it.
    mutating func look() { peakBytes = max(peakBytes, ProcessMemory.ownBytes) }

    var peak: MemoryMargin.Peak { MemoryMargin.Peak(plannedBytes: plannedBytes, bytes: peakBytes) }
}
