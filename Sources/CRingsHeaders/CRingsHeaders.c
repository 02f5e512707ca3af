// Includes every header of CRings and has no code: its object is as new as the newest header. See Package.swift.
#include "CRings.h"
