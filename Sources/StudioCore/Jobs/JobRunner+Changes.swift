import Generation
import Logging
import Synchronization

/// Stopping, removing, ordering; and what an engine that is gone has left.
extension JobRunner {
    package func change(_ change: QueueChange) async throws {
        switch change {
        case .stop(let id, let way): try await stop(id, way)
        case .remove(let id): try remove(id)
        case .arrange(let wanted): await arrange(wanted)
        case .pause(let isPaused):
            if !isPaused { try await startHeld() }
            await setPaused(isPaused)
        case .look(let look): await service.look(look)
        }
    }

    private func stop(_ id: Int, _ way: StopWay) async throws {
        guard let job = board.queue.jobs.first(where: { $0.id == id }) else {
            let state = try history.job(id).state.rawValue
            throw StudioError.badValue("Job \(id) is \(state); only a job that waits or runs can be stopped.")
        }
        if job.isHeld { return endHeld(id, .stopped) }
        guard way != .now, job.state == .running else { return stopNow(id, job) }
        let end = active.withLock { active in
            active[id]?.afterStep = way
            return active[id]?.stepEnd
        }
        end?.ask()
        if way == .afterStep { announceStop(id) }
    }

    private func stopNow(_ id: Int, _ job: QueuedJob) {
        if job.state == .running { announceStop(id) }
        active.withLock { $0[id]?.task }?.cancel()
    }

    private func announceStop(_ id: Int) {
        do {
            try history.setState(.stopping, of: id)
        } catch {
            log.warning("job \(id) is stopping, which could not be stored: \(error)")
        }
        board.publish(.job(JobEvent(job: id, content: .state(.stopping))))
    }

    private func remove(_ id: Int) throws {
        guard let job = board.queue.jobs.first(where: { $0.id == id }) else {
            let record = try history.job(id)
            guard record.state == .stopped || record.state == .failed else {
                throw StudioError.badValue("Job \(id) is \(record.state.rawValue) and not in the queue.")
            }
            try history.setState(.removed, of: id)
            return board.publish(.ended(id, .removed))
        }
        if job.isHeld { return endHeld(id, .removed) }
        guard job.state == .waiting else {
            throw StudioError.badValue("Job \(id) is running; stop it first.")
        }
        active.withLock { active in
            active[id]?.ending = .removed
            active[id]?.task.cancel()
        }
    }

    private func endHeld(_ id: Int, _ end: JobEnd) {
        if case .removed = end { recordEnd(.removed, of: id, nil) } else { recordEnd(.stopped, of: id, nil) }
        board.publish(.ended(id, end))
    }

    private func arrange(_ wanted: [Int]) async {
        board.publish { queue in
            let waiting = queue.waiting
            let named = wanted.filter(waiting.contains)
            return [.order(named + waiting.filter { !named.contains($0) })]
        }
        await keepOrder()
    }

    // MARK: What an engine that is gone has left

    /// Puts the jobs that an ended engine left waiting on the board. They are started when somebody asks.
    package func adoptHeld() throws {
        for record in try history.queuedJobs() {
            let job = QueuedJob(record, isHeld: true)
            board.publish { queue in [.entered(job, order: queue.waiting + [job.id])] }
        }
    }

    private func startHeld() async throws {
        for job in board.queue.jobs where job.isHeld {
            do {
                _ = try await submit(.resume(job.id, .own), output: nil, wantsPreviews: true)
            } catch {
                recordEnd(.failed, of: job.id, error)
                board.publish(.ended(job.id, .failed(error)))
            }
        }
    }

    /// Stops what runs, for the end of the process. What waits goes on waiting, for the next engine.
    package func stopRunning() {
        for job in board.queue.jobs where job.state != .waiting { stopNow(job.id, job) }
    }
}
