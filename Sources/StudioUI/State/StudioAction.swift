package import Foundation
package import Generation
package import Kernels

/// What the state asks the program to do: everything that waits, reads, writes or computes.
package enum StudioAction: Sendable, Equatable {
    case submitDraft(Recipe, preset: String)
    case submitCommit(CommitChoice)
    case stopJob(Int)
    case removeJob(Int)
    case resumeJob(Int)
    /// Read a clip and show it.
    case showClip(ShownClip.Source, URL)
    /// Work out time and memory for the form.
    case estimate
    case countTokens
    case applyPreset(String)
    case savePreset(String)
    case deletePreset(String)
    case setTheme(String)
    case star(Int, Bool)
    case trash(Int)
    case restore(Int)
    /// Put text into the terminal's clipboard.
    case copy(String)
    /// Read a clip's recipe.
    case openFile(String)
    case nextGraphics
    case repaint
    case suspend
    /// Leave; a running job is stopped with its state kept.
    case quit
}

/// How a draft is to be committed.
package struct CommitChoice: Sendable, Equatable {
    package var draft: Int
    package var hr: PassSettings
    package var precision: Precision?
    /// The file's name without folder.
    package var fileName: String
    /// Whether the preview follows the job.
    package var watches: Bool

    package init(draft: Int, hr: PassSettings, precision: Precision?, fileName: String, watches: Bool) {
        self.draft = draft
        self.hr = hr
        self.precision = precision
        self.fileName = fileName
        self.watches = watches
    }
}
