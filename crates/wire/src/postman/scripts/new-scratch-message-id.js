pm.variables.set('scratchMessageId', pm.variables.replaceIn('{{$randomUUID}}'));
