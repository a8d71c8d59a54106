/// Lets one job run at a time: in the order of arrival, unless another was asked for.
package actor JobGate {
    private struct Waiting {
        let ticket: Int
        let job: Int?
        let continuation: CheckedContinuation<Bool, Never>
    }

    private var isTaken = false
    private var isPaused = false
    private var waiting: [Waiting] = []
    /// Jobs that were announced and are not here yet.
    private var expected: Set<Int> = []
    private var order: [Int] = []
    private var nextTicket = 0

    package init() {}

    /// The order in which waiting jobs are to run; those not named come after them.
    package func arrange(_ jobs: [Int]) { order = jobs }

    /// While paused nobody is let in; who is in stays.
    package func setPaused(_ paused: Bool) {
        isPaused = paused
        if !isTaken { admitNext() }
    }

    /// A job will enter soon. One that comes after it in the order is not let in before: who asked for that order has seen
    /// this job wait already.
    package func expect(_ job: Int) { expected.insert(job) }

    /// Returns when it is the caller's turn; `job` is its number, for ``arrange(_:)``.
    ///
    /// - Throws: `CancellationError` if the task was cancelled before that; there is then nothing to leave.
    package func enter(_ job: Int? = nil) async throws {
        if let job { expected.remove(job) }
        guard !Task.isCancelled else {
            if !isTaken { admitNext() }
            throw CancellationError()
        }
        let ticket = nextTicket
        nextTicket += 1
        let isAdmitted = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(returning: false)
                } else {
                    waiting.append(Waiting(ticket: ticket, job: job, continuation: continuation))
                }
                if !isTaken { admitNext() }
            }
        } onCancel: {
            Task { await self.giveUp(ticket) }
        }
        if !isAdmitted { throw CancellationError() }
    }

    /// Hands the turn to the next in line.
    package func leave() {
        isTaken = false
        admitNext()
    }

    private func admitNext() {
        let next = waiting.indices.min { place(of: waiting[$0]) < place(of: waiting[$1]) }
        guard !isPaused, let next else { return }
        let first = place(of: waiting[next]).0
        guard !expected.contains(where: { place(of: $0) < first }) else { return }
        isTaken = true
        waiting.remove(at: next).continuation.resume(returning: true)
    }

    private func place(of entry: Waiting) -> (Int, Int) {
        (entry.job.map { place(of: $0) } ?? .max, entry.ticket)
    }

    private func place(of job: Int) -> Int { order.firstIndex(of: job) ?? .max }

    private func giveUp(_ ticket: Int) {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiting.remove(at: index).continuation.resume(returning: false)
    }
}
