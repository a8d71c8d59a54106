import CTerminal

/// Memory that was freed and that the C library still holds: a program that is open all day holds little of it.
package enum FreedMemory {
    /// To be called once, before there are many threads.
    package static func keepLittle() { terminal_return_large_blocks() }

    /// After something large has come and gone, such as the decoder of a clip. Takes a millisecond or so.
    package static func giveBack() { terminal_return_free_pages() }
}
