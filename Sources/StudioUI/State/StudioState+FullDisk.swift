package import StudioCore

/// A clip that could not be written: the disk was full, or its folder refuses.
extension StudioState {
    /// Asks what is to be done; the steps are safe.
    mutating func askToWriteAgain(_ id: Int, _ reason: String) {
        var answers: [QuestionDialog.Answer] = [.init("w", "write again"), .init("p", "other folder")]
        // An empty one would free nothing.
        if let trash, trash.jobCount > 0 {
            answers.append(.init("t", "empty trash (\(Format.bytes(trash.bytes)))"))
        }
        let dialog = QuestionDialog(
            .writeAgain(id), title: "The clip was not written", lines: [reason], answers: answers)
        guard let place = writeAgainPlace(id) else { return overlays.append(.question(dialog)) }
        overlays[place] = .question(dialog)
    }

    /// Whether the question stands on the screen, whose last answer needs the size of the trash.
    package func asksToWriteAgain(_ id: Int) -> Bool { writeAgainPlace(id) != nil }

    /// What the trash holds was measured.
    package mutating func trashMeasured(_ contents: TrashContents) {
        trash = contents
        for overlay in overlays {
            guard case .question(let dialog) = overlay, case .writeAgain(let id) = dialog.purpose else { continue }
            askToWriteAgain(id, dialog.lines.first ?? "")
        }
    }

    mutating func writeAgain(_ id: Int, _ answer: Character) -> [StudioAction] {
        guard answer != "w" else { return [.resumeJob(id)] }
        // Esc in the next dialog comes back to this one.
        askToWriteAgain(id, writeFailure(of: id))
        switch answer {
        case "p":
            overlays.append(
                .input(
                    InputDialog(
                        .otherFolder(id), title: "Write the clip elsewhere", hint: "An existing folder; ~ is your home."
                    )))
        default:
            let contents = trash ?? TrashContents()
            let jobs = contents.jobCount == 1 ? "One job" : "\(contents.jobCount) jobs"
            overlays.append(
                .question(
                    QuestionDialog(
                        .emptyTrash(thenWrite: id), title: "Empty the trash?",
                        lines: [
                            "\(jobs) in the trash, \(Format.bytes(contents.bytes)), will be gone for good; "
                                + "then the clip is written again."
                        ],
                        answers: [.init("y", "empty it")])))
        }
        return []
    }

    /// What was asked is answered.
    mutating func withdrawWriteAgain(_ id: Int) {
        if let place = writeAgainPlace(id) { overlays.remove(at: place) }
    }

    private func writeAgainPlace(_ id: Int) -> Int? {
        overlays.lastIndex { overlay in
            if case .question(let dialog) = overlay { dialog.purpose == .writeAgain(id) } else { false }
        }
    }

    private func writeFailure(of id: Int) -> String {
        guard let job = queue.jobs.first(where: { $0.id == id }), case .failed(let reason) = job.state else {
            return ""
        }
        return reason
    }
}
