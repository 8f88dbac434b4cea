#ifndef PROCESSORS_H
#define PROCESSORS_H

/// How many processors the calling thread may use; 0 where the system doesn't say.
int usable_processors(void);

/// Keeps the calling thread to one of `count` shares, from 0, of the processors that it may use, so
/// that threads with other shares are never in its way.
///
/// Does nothing where there are fewer processors than shares, or where the system has no such call.
void keep_to_share(int share, int count);

#endif
