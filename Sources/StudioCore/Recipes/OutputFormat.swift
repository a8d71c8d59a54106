/// The kinds of file a clip can be written to, by extension.
package enum OutputFormat: String, Sendable, CaseIterable {
    case mp4
    case mov
    case mkv
    case webm
    case gif
    /// A numbered sequence of pictures.
    case png
}
