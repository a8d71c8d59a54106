import Foundation
import Generation
import StudioCore
import Synchronization
import TerminalKit

/// What reaches the main loop from everywhere else.
enum AppEvent: Sendable {
    case terminal(TerminalEvent)
    /// A timer that the loop has set.
    case tick
    case news(JobNews)
    /// A job that was asked for here has its number.
    case submitted(Int)
    /// What was asked of the queue is answered; nil: well.
    case requestEnded((any Error)?)
    /// A job that does not stop must not keep the terminal.
    case leaveAnyway
    /// An engine that does not answer must not hold up a suspension.
    case suspendAnyway
    /// A draft whose end was not seen here.
    case draftRead(DraftEntry)
    /// A job that is over, looked at again.
    case stepsRead(RunState)
    case clip(ShownClip)
    case thumbnail(PixelFrame, draft: Int)
    case sheetClip(ShownClip, draft: Int)
    case thumbnailClip(ShownClip, draft: Int)
    case features([FeaturePicture], draft: Int)
    case featuresFailed(String, draft: Int)
    case historyLoaded(StoredHistory)
    case olderDrafts(StoredDrafts.Page)
    /// Nil where nothing can be said; the reason is told apart.
    case estimated((draft: FormEstimate, commit: FormEstimate)?, request: Int)
    /// Nil where there is no tokenizer.
    case tokens(PromptLength?)
    /// A model cannot be used, and why.
    case modelRefused(String, reason: String)
    case modelListed(String, files: [String])
    case tmux(TmuxFacts)
    case recipe(RecipeDocument, from: String, missing: [String])
    case clipOffered(String, isClip: Bool)
    case restored(DraftEntry)
    case trashMeasured(TrashContents)
    /// The history that was waited for.
    case historyOpened(History)
    /// The history that was only read.
    case historyWritable
    case facts(MachineFacts)
    /// Another program asks something over the studio's socket.
    case control(ControlRequest, SocketConnection)
    /// A theme or preset was changed on the disk.
    case filesChanged
    case problem(String, MessageKind)
    /// A commit's format cannot be written here.
    case formatMissing(CommitChoice, String)
    /// The options of the engine that was joined.
    case engineJoined(String)
}

/// Events from any thread for the one loop that takes them; those that are ready at once are taken at once.
final class Mailbox: Sendable {
    private let events = Mutex<[AppEvent]>([])
    /// One element says: there is something to take.
    let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func post(_ event: AppEvent) {
        events.withLock { $0.append(event) }
        continuation.yield()
    }

    func take() -> [AppEvent] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }
}
