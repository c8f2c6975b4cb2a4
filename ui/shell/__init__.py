"""The window's frame: top bar, banner, navigation, status bar, and the stack of pages in its middle."""
