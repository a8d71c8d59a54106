import Foundation
import StudioCore
import TerminalKit
import VideoIO

/// Time: what moves, and when the loop looks again. Nothing is drawn when nothing changes.
extension StudioApp {
    /// At most this many updates a second; keys are drawn at once.
    private static let shortestUpdateGap = 1.0 / 30
    /// Keys may hold up a playing clip for so long, in seconds.
    private static let longestYield = 0.2

    func refreshClocks() {
        state.now = (ContinuousClock.now - start) / .seconds(1)
        if !options.hasFixedClock { state.date = startDate.addingTimeInterval(state.now) }
    }

    private var isMoving: Bool {
        let idle = state.now - lastInput > Double(settings.idleStopMinutes) * 60
        let isHidden = !hasFocus && settings.pausesUnfocused
        return !idle && !isHidden && state.overlays.isEmpty && state.layout.panes[.preview] != nil
    }

    /// Over ssh a sheet of text cells would cost too much: it stands still there.
    private var movesSheet: Bool {
        state.sheet.map { !$0.clips.isEmpty } ?? false && state.preview.isPlaying && !environment.isRemote
    }

    /// Lets time pass, draws if something changed, and sets the timer for what comes next.
    func update(hasInput: Bool) {
        if !hasInput, state.now - lastUpdate < Self.shortestUpdateGap {
            return wake(at: lastUpdate + Self.shortestUpdateGap)
        }
        saveDeskWhenDue()
        // A terminal that still takes the last update gets the next one as the state is by then. Keys, jobs and the way
        // out do not wait for it.
        let mailbox = mailbox
        guard terminal.hasWrittenAll(orTell: { mailbox.post(.tick) }) else { return }
        _ = state.expireMessage()
        refreshFacts()
        // What is typed goes before a frame that waits, unless somebody leans on a key.
        let yields = hasInput && state.now - lastFrame < Self.longestYield
        if isMoving, !yields, display.mayMove, state.preview.advance(now: state.now) { lastFrame = state.now }
        display.isHeld = !isMoving
        state.thumbnailRate = display.thumbnailRate
        let (isPlaying, now) = (movesSheet, state.now)
        if isMoving { _ = state.sheet?.advance(now: now, isPlaying: isPlaying) }
        state.preview.achievedRate = state.preview.isPlaying ? display.achievedRate : nil
        let bytes = display.update(state)
        terminal.write(bytes)
        loadThumbnails()
        // What changed nothing on the screen holds up nothing.
        if !bytes.isEmpty { lastUpdate = state.now }
        scheduleNext()
    }

    /// Asks once for the small picture of each draft in view.
    private func loadThumbnails() {
        // What was let go is asked for again.
        let inView = DraftsPane.thumbnailDrafts(state)
        if wantedThumbnails.count > StudioState.thumbnailLimit {
            wantedThumbnails.formIntersection(inView.map(\.id))
        }
        let missing = inView.filter { wantedThumbnails.insert($0.id).inserted }
        loadMovingThumbnail()
        guard !missing.isEmpty else { return }
        let mailbox = mailbox
        Task.detached(executorPreference: ReadingExecutor.shared) {
            for entry in missing {
                // A draft without a poster, cleaned away by hand perhaps, has no picture; its clip says why.
                let path = entry.poster.path(percentEncoded: false)
                guard let frame = try? ImageFile.read(path, maximumSize: (64, 64)) else { continue }
                mailbox.post(.thumbnail(frame.pixelFrame, draft: entry.id))
            }
        }
    }

    private func refreshFacts() {
        let interval = state.runningJob == nil ? 60.0 : 2.0
        guard state.now - lastFacts >= interval else { return }
        lastFacts = state.now
        loadFacts()
    }

    func scheduleNext() {
        var due: [Double] = []
        if isMoving, movesSheet { due.append(state.now + 1 / ContactSheet.rate) }
        if isMoving, state.sheet == nil, let frame = state.preview.nextFrameDue() {
            let pace = display.secondsToNextFrame.map { state.now + $0 }
            due.append(max(frame, pace ?? .infinity))
        }
        if isMoving, movesThumbnail {
            let rate = display.thumbnailRate
            due.append(((state.now * rate).rounded(.down) + 1) / rate)
        }
        if display.hasPostponedFrame, let pace = display.secondsToNextFrame { due.append(state.now + pace) }
        if let until = state.message?.until { due.append(until) }
        if let deskDue { due.append(deskDue) }
        if state.runningJob != nil { due.append(state.now + (settings.motion == .reduced ? 1 : 0.25)) }
        if let next = due.min(), next.isFinite { wake(at: next) } else { timer?.cancel() }
    }

    private func wake(at time: Double) {
        timer?.cancel()
        let now = (ContinuousClock.now - start) / .seconds(1)
        let delay = max(time - now, 0.001)
        let mailbox = mailbox
        let next = DispatchWorkItem { mailbox.post(.tick) }
        timer = next
        timerQueue.asyncAfter(deadline: .now() + delay, execute: next)
    }
}
