import Foundation
import StudioCore

/// The history: opened at the start, waited for where another program is updating it.
extension StudioApp {
    /// How often a history that is only read is tried again.
    private static let retryPause = Duration.milliseconds(500)

    /// Opens the history; until it is open, drafts wait.
    func openHistory() {
        do {
            use(try History(paths: options.paths, patience: .zero), wasAwaited: false)
        } catch .historyBusy {
            waitForHistory()
        } catch {
            state.say(error.description, .error)
        }
    }

    /// Another program holds it: it may take some seconds, which nobody should have to watch a dead screen for.
    private func waitForHistory() {
        state.say("Another program is updating the history; waiting for it.", .warning)
        let (paths, mailbox) = (options.paths, mailbox)
        Task.detached {
            var isTold = false
            while true {
                do {
                    return mailbox.post(.historyOpened(try History(paths: paths, allowsReadOnly: true)))
                } catch StudioError.historyBusy(let sentence) {
                    // It lets nobody read either.
                    if !isTold { mailbox.post(.problem(sentence, .error)) }
                    isTold = true
                } catch {
                    return mailbox.post(.problem(String(describing: error), .error))
                }
                try? await Task.sleep(for: Self.retryPause)
            }
        }
    }

    func use(_ history: History, wasAwaited: Bool) {
        self.history = history
        if history.isReadOnly {
            state.say(History.readOnlySentence, .warning)
            waitUntilWritable(history)
        } else {
            if wasAwaited { state.say("The history is open: drafts can be made.") }
            open(engine.jobs(history))
        }
        load(history)
    }

    private func waitUntilWritable(_ history: History) {
        let mailbox = mailbox
        Task.detached {
            while !history.becomeWritable() { try? await Task.sleep(for: Self.retryPause) }
            mailbox.post(.historyWritable)
        }
    }

    /// What the other program has done meanwhile is shown too.
    func historyIsWritable() {
        guard let history else { return }
        state.say("The history can be written again: drafts can be made.")
        open(engine.jobs(history))
        load(history)
    }

    private func load(_ history: History) {
        let (mailbox, job) = (mailbox, lostDesk?.job)
        Task.detached {
            do {
                let stored = try StoredHistory.load(history, job: job)
                mailbox.post(.historyLoaded(stored))
                var older = stored.older
                while let page = try older.next(history) { mailbox.post(.olderDrafts(page)) }
            } catch {
                mailbox.post(.problem(String(describing: error), .error))
            }
        }
    }

    /// How much emptying the trash would free: every file in it is looked at.
    func measureTrash() {
        let mailbox = mailbox
        changeHistory { mailbox.post(.trashMeasured(try $0.trashContents())) }
    }
}
