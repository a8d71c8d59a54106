import StudioCore
import Synchronization
import Testing

@Suite("Turns of jobs")
struct JobGateTests {
    /// What ran, in order.
    private final class Record: Sendable {
        private let jobs = Mutex<[Int]>([])
        func note(_ job: Int) { jobs.withLock { $0.append(job) } }
        var all: [Int] { jobs.withLock { $0 } }
    }

    /// Jobs that wait at a gate which is taken, in the order of their numbers.
    private func line(_ jobs: [Int], at gate: JobGate, _ record: Record) async throws -> [Task<Void, any Error>] {
        try await gate.enter(0)
        var tasks: [Task<Void, any Error>] = []
        for job in jobs {
            tasks.append(
                Task {
                    try await gate.enter(job)
                    record.note(job)
                    await gate.leave()
                })
            try await Task.sleep(for: .milliseconds(20))
        }
        return tasks
    }

    @Test("Jobs run as they came, or as they were arranged; the others follow")
    func order() async throws {
        for (wanted, expected) in [([], [1, 2, 3]), ([3, 1], [3, 1, 2]), ([9, 2], [2, 1, 3])] {
            let (gate, record) = (JobGate(), Record())
            let tasks = try await line([1, 2, 3], at: gate, record)
            await gate.arrange(wanted)
            await gate.leave()
            for task in tasks { try await task.value }
            #expect(record.all == expected)
        }
    }

    @Test("A paused gate lets nobody in, not even when it is free")
    func pause() async throws {
        let (gate, record) = (JobGate(), Record())
        let tasks = try await line([1, 2], at: gate, record)
        await gate.setPaused(true)
        await gate.leave()
        let late = Task {
            try await gate.enter(3)
            record.note(3)
            await gate.leave()
        }
        try await Task.sleep(for: .milliseconds(50))
        #expect(record.all.isEmpty)
        await gate.setPaused(false)
        for task in tasks + [late] { try await task.value }
        #expect(record.all == [1, 2, 3])
    }

    @Test("A job that was announced is waited for where it comes first, and no longer than it lives")
    func expected() async throws {
        let (gate, record) = (JobGate(), Record())
        await gate.expect(1)
        await gate.expect(2)
        await gate.arrange([2, 1])
        let first = Task {
            try await gate.enter(1)
            record.note(1)
            await gate.leave()
        }
        try await Task.sleep(for: .milliseconds(50))
        #expect(record.all.isEmpty)
        try await gate.enter(2)
        record.note(2)
        await gate.leave()
        try await first.value
        #expect(record.all == [2, 1])

        await gate.expect(3)
        await gate.expect(4)
        await gate.arrange([3, 4])
        let last = Task {
            try await gate.enter(4)
            record.note(4)
            await gate.leave()
        }
        let cancelled = Task {
            while !Task.isCancelled { await Task.yield() }
            try await gate.enter(3)
        }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        try await last.value
        #expect(record.all == [2, 1, 4])
    }

    @Test("Who gives up while waiting leaves the line")
    func cancel() async throws {
        let (gate, record) = (JobGate(), Record())
        let tasks = try await line([1, 2, 3], at: gate, record)
        tasks[0].cancel()
        await #expect(throws: CancellationError.self) { try await tasks[0].value }
        await gate.leave()
        try await tasks[1].value
        try await tasks[2].value
        #expect(record.all == [2, 3])
    }
}
