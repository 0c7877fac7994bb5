pm.environment.set('messageId', pm.variables.replaceIn('{{$randomUUID}}'));
