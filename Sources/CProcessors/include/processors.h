#ifndef PROCESSORS_H
#define PROCESSORS_H

/// How many processors the calling thread may use; 0 where the system doesn't say.
int usable_processors(void);

/// Keeps the calling thread to one of `count` shares, from 0, of the processors that the main one may
/// use, so that threads with other shares are never in its way.
///
/// Does nothing where there are fewer processors than shares, or where the system has no such call.
void keep_to_share(int share, int count);

/// Has the calling thread take turns of 0.1 ms at a time rather than some milliseconds, so that it
/// gets them sooner: when it wakes up it waits for none with longer ones.
///
/// Takes effect on Linux from 6.12; does nothing elsewhere.
void use_short_slices(void);

#endif
