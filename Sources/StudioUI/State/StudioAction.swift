package import Foundation
package import Generation
package import Kernels
package import StudioCore

/// What the state asks the program to do: everything that waits, reads, writes or computes.
package enum StudioAction: Sendable, Equatable {
    case submitDraft(Recipe, preset: String)
    /// Drafts one after another; `batch` is their number in this session.
    case submitBatch([BatchDraft], preset: String, batch: Int)
    case submitCommit(CommitChoice)
    case stopJob(Int)
    case stopJobAfterStep(Int)
    /// The running commit makes room for the drafts that wait, and goes on after them.
    case parkJob(Int)
    case removeJob(Int)
    case resumeJob(Int)
    /// Goes on with a job whose kept state is of another build, or begins it anew.
    case resumeJobUsing(Int, StateUse)
    /// Goes on, and writes the clip under its name in another folder.
    case resumeJobIn(Int, folder: String)
    /// Goes on, and writes the clip in another format; the name's ending.
    case resumeJobAs(Int, ending: String)
    /// Writes a clip of what a stopped job has.
    case writePartial(Int)
    /// Frees what the trash holds, then goes on with a job.
    case emptyTrash(thenResume: Int)
    /// Waiting jobs, in the order in which they are to run.
    case arrangeQueue([Int])
    case pauseQueue(Bool)
    /// Read the steps of a job that is over.
    case showSteps(Int)
    /// Read a clip and show it.
    case showClip(ShownClip.Source, URL)
    /// Have a draft's guidance features computed.
    case showFeatures(draft: Int)
    /// Ask the running job for a sharper picture.
    case look(SharperLook)
    /// Read clips for the contact sheet.
    case loadSheet([SheetClip])
    /// Work out time and memory for the form.
    case estimate
    case countTokens
    /// Let the user's own editor change the prompt.
    case editText(String)
    case applyPreset(String)
    case savePreset(String)
    case deletePreset(String)
    case renamePreset(String, to: String)
    /// Work out the preset's values, to compare the form with them.
    case diffPreset(String)
    /// The path of a file.
    case importPreset(String)
    case exportPreset(String, to: String)
    /// Read what a model's folder holds.
    case listModel(String)
    case setTheme(String)
    case star(Int, Bool)
    case setTags(Int, [String])
    case trash(Int)
    case restore(Int)
    /// Put text into the terminal's clipboard.
    case copy(String)
    /// Read a clip's recipe.
    case openFile(String)
    /// Find out whether a pasted path is a clip's; if not it is text.
    case offerClip(String)
    /// Show a clip with the desktop's program.
    case openOutput(URL)
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
    package var seed: UInt32
    /// The file's name without folder.
    package var fileName: String
    /// Whether the preview follows the job.
    package var watches: Bool
    /// Whether it starts even where the plan says that memory will not do.
    package var startsAnyway = false
}
